package io.kadlink.discovery.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.testing.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class TreeDownloadTest {
  private final VirtualTime time = new VirtualTime();
  private final MapResolver dns = new MapResolver();

  private TreeDownload.Result download(TreeLink link) {
    CompletableFuture<TreeDownload.Result> result =
        TreeDownload.start(
                link,
                dns,
                time,
                DnsOptions.defaults(),
                new SplittableRandom(1),
                new SimpleMeterRegistry())
            .toCompletableFuture();
    assertThat(time.passUntil(result::isDone, Duration.ofHours(1))).isTrue();
    return result.join();
  }

  @Test
  void theTreeOfTheSpecificationIsDownloadedAndVerified() {
    String[] nodes = {
      "enr:-HW4QOFzoVLaFJnNhbgMoDXPnOvcdVuj7pDpqRvh6BRDO68aVi5ZcjB3vzQRZH2IcLBGHzo8uUN3snqmgTiE56CH3AMBgmlkgnY0iXNlY3AyNTZrMaECC2_24YYkYHEgdzxlSNKQEnHhuNAbNlMlWJxrJxbAFvA",
      "enr:-HW4QAggRauloj2SDLtIHN1XBkvhFZ1vtf1raYQp9TBW2RD5EEawDzbtSmlXUfnaHcvwOizhVYLtr7e6vw7NAf6mTuoCgmlkgnY0iXNlY3AyNTZrMaECjrXI8TLNXU0f8cthpAMxEshUyQlK-AM0PW2wfrnacNI",
      "enr:-HW4QLAYqmrwllBEnzWWs7I5Ev2IAs7x_dZlbYdRdMUx5EyKHDXp7AV5CkuPGUPdvbv1_Ms1CPfhcGCvSElSosZmyoqAgmlkgnY0iXNlY3AyNTZrMaECriawHKWdDRk2xeZkrOXBQ0dfMFLHY4eENZwdufn1S1o"
    };
    String other =
        "enrtree://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2@morenodes.example.org";
    dns.texts.put(
        "n",
        List.of(
            "enrtree-root:v1 e=JWXYDBPXYWG6FX3GMDIBFA6CJ4 l=C7HRFPF3BLGF3YR4DY5KX3SMBE seq=1"
                + " sig=o908WmNp7LibOfPsr4btQwatZJ5URBr2ZAuxvK4UWHlsB9sUOTJQaGAlLPVAhM__XJesCHxLISo94z5Z2a463gA"));
    dns.texts.put("C7HRFPF3BLGF3YR4DY5KX3SMBE.n", List.of(other));
    dns.texts.put(
        "JWXYDBPXYWG6FX3GMDIBFA6CJ4.n",
        List.of(
            "enrtree-branch:2XS2367YHAXJFGLZHVAWLQD4ZY,H4FHT4B454P6UXFD7JCYQ5PWDY,MHTDO6TMUBRIA2XWG5LUDACK24"));
    dns.texts.put("2XS2367YHAXJFGLZHVAWLQD4ZY.n", List.of(nodes[0]));
    dns.texts.put("H4FHT4B454P6UXFD7JCYQ5PWDY.n", List.of(nodes[1]));
    dns.texts.put("MHTDO6TMUBRIA2XWG5LUDACK24.n", List.of(nodes[2]));

    TreeDownload.Result result =
        download(
            TreeLink.parse("enrtree://AKPYQIUQIL7PSIACI32J7FGZW56E5FKHEFCCOFHILBIMW3M6LWXS2@n"));

    assertThat(result.root().seq()).isEqualTo(1);
    assertThat(result.links()).extracting(TreeLink::toString).containsExactly(other);
    assertThat(result.nodes()).extracting(Object::toString).containsExactlyInAnyOrder(nodes);
    assertThat(result.missing()).isEmpty();
  }

  @Test
  void whatWasDownloadedCanBePublishedAgain() {
    SignedTree tree = Lists.tree("n.example", 4, Lists.records(0, 100), "b.example");
    dns.publish(tree);
    TreeDownload.Result result = download(tree.link());
    assertThat(result.folder().signedTree().txtRecords()).isEqualTo(tree.txtRecords());
  }

  @Test
  void whatIsMissingIsNamed() {
    SignedTree tree = Lists.tree("n.example", 4, Lists.records(0, 10));
    dns.publish(tree);
    List<String> names = new ArrayList<>(dns.texts.keySet());
    dns.texts.remove(names.get(3));
    TreeDownload.Result result = download(tree.link());
    assertThat(result.nodes()).hasSize(9);
    assertThat(result.missing())
        .containsExactly(names.get(3).replace(".n.example", ": lookup_failed"));
  }

  @Test
  void withoutARootThereIsNoTree() {
    assertThatThrownBy(() -> download(Lists.link("n.example")))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(BadEntryException.class)
        .hasMessageContaining("n.example: lookup_failed");
  }
}
