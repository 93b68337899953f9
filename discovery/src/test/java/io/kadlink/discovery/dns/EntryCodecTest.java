package io.kadlink.discovery.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.PublicKey;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors of EIP-1459 and of the public test suites for it. */
class EntryCodecTest {
  private static final String ROOT =
      "enrtree-root:v1 e=QFT4PBCRX4XQCV3VUYJ6BTCEPU l=JGUFMSAGI7KZYB3P7IZW4S5Y3A seq=3"
          + " sig=3FmXuVwpa8Y7OstZTx9PIb1mt8FrW7VpDOFv4AaGCsZ2EIHmhraWhe4NxYhQDlw5MjeFXYMbJjsPeKlHzmJREQE";
  private static final String LINK =
      "enrtree://AKPYQIUQIL7PSIACI32J7FGZW56E5FKHEFCCOFHILBIMW3M6LWXS2@nodes.example.org";
  private static final String NODE =
      "enr:-HW4QES8QIeXTYlDzbfr1WEzE-XKY4f8gJFJzjJL-9D7TC9lJb4Z3JPRRz1lP4pL_N_QpT6rGQjAU9Apnc-C1iMP36OAgmlkgnY0iXNlY3AyNTZrMaED5IdwfMxdmR8W37HqSFdQLjDkIwBd4Q_MjxgZifgKSdM";

  @Test
  void theRootOfTheSpecificationIsSignedByItsKey() {
    TreeRoot root =
        EntryCodec.decodeRoot(
            "enrtree-root:v1 e=JWXYDBPXYWG6FX3GMDIBFA6CJ4 l=C7HRFPF3BLGF3YR4DY5KX3SMBE seq=1"
                + " sig=o908WmNp7LibOfPsr4btQwatZJ5URBr2ZAuxvK4UWHlsB9sUOTJQaGAlLPVAhM__XJesCHxLISo94z5Z2a463gA");
    assertThat(root.verify(TreeLink.parse(LINK).publicKey())).isTrue();
    assertThat(root.verify(Lists.PUBLISHER.publicKey())).isFalse();
    TreeRoot altered = new TreeRoot(root.nodes(), root.links(), 2, root.signature());
    assertThat(altered.verify(TreeLink.parse(LINK).publicKey())).isFalse();
  }

  @Test
  void aRootDecodesIntoItsParts() {
    TreeRoot root = EntryCodec.decodeRoot(ROOT);
    assertThat(root.nodes().text()).isEqualTo("QFT4PBCRX4XQCV3VUYJ6BTCEPU");
    assertThat(root.links().text()).isEqualTo("JGUFMSAGI7KZYB3P7IZW4S5Y3A");
    assertThat(root.seq()).isEqualTo(3);
    assertThat(root.signature().bytes())
        .isEqualTo(
            Bytes.fromHexString(
                "0xdc5997b95c296bc63b3acb594f1f4f21bd66b7c16b5bb5690ce16fe006860ac6761081e686b69685ee0dc588500e5c393237855d831b263b0f78a947ce62511101"));
    assertThat(root).hasToString(ROOT);
  }

  @Test
  void sequenceNumbersHaveSixtyFourBits() {
    String greatest = ROOT.replace("seq=3", "seq=18446744073709551615");
    assertThat(EntryCodec.decodeRoot(greatest).seq()).isEqualTo(-1);
    assertThat(EntryCodec.decodeRoot(greatest)).hasToString(greatest);
    String beyond = ROOT.replace("seq=3", "seq=18446744073709551616");
    assertThatThrownBy(() -> EntryCodec.decodeRoot(beyond)).isInstanceOf(BadEntryException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "enrtree-root:v1",
        "enrtree-root:v1 e=TO4Q75OQ2N7DX4EOOR7X66A6OM seq=3"
            + " sig=N-YY6UB9xD0hFx1Gmnt7v0RfSxch5tKyry2SRDoLx7B4GfPXagwLxQqyf7gAMvApFn_ORwZQekMWa_pXrcGCtw",
        "enrtree-root:v1 e=TO4Q75OQ2N7DX4EOOR7X66A6OM l=TO4Q75OQ2N7DX4EOOR7X66A6OM seq=3"
            + " sig=N-YY6UB9xD0hFx1Gmnt7v0RfSxch5tKyry2SRDoLx7B4GfPXagwLxQqyf7gAMvApFn_ORwZQekMWa_pXrcGCtw",
        ROOT + " ",
        ROOT + "=",
        " " + ROOT
      })
  void aMalformedRootIsRefused(String text) {
    assertThatThrownBy(() -> EntryCodec.decodeRoot(text)).isInstanceOf(BadEntryException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"seq=03", "seq=-3", "seq=3 ", "seq=", "seq=0x3"})
  void aNumberIsWrittenInOneWay(String seq) {
    String text = ROOT.replace("seq=3", seq);
    assertThatThrownBy(() -> EntryCodec.decodeRoot(text)).isInstanceOf(BadEntryException.class);
  }

  @Test
  void branchesDecode() {
    assertThat(EntryCodec.decode("enrtree-branch:")).isEqualTo(new TreeEntry.Branch(List.of()));
    assertThat(EntryCodec.decode("enrtree-branch:AAAAAAAAAAAAAAAAAAAA,BBBBBBBBBBBBBBBBBBBB"))
        .isEqualTo(
            new TreeEntry.Branch(
                List.of(
                    new EntryHash("AAAAAAAAAAAAAAAAAAAA"), new EntryHash("BBBBBBBBBBBBBBBBBBBB"))));
  }

  @Test
  void linksDecode() {
    TreeEntry.Link link = (TreeEntry.Link) EntryCodec.decode(LINK);
    assertThat(link.target().domain()).isEqualTo("nodes.example.org");
    assertThat(link).hasToString(LINK);
    PublicKey key = link.target().publicKey();
    assertThat(key.toString())
        .isEqualTo(
            "9f88229042fef9200246f49f94d9b77c4e954721442714e85850cb6d9e5daf2d880ea0e53cb3ac1a75f9923c2726a4f941f7d326781baa6380754a360de5c2b6");
  }

  @Test
  void nodesDecode() {
    assertThat(EntryCodec.decode(NODE)).hasToString(NODE).isInstanceOf(TreeEntry.Node.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "foo",
        "enrtree",
        "enrtree-x=",
        "enrtree-branch:1,2",
        "enrtree-branch:,",
        "enrtree-branch:AAAAAAAAAAAAAAAAAAAA,",
        "enrtree-branch:aaaaaaaaaaaaaaaaaaaa",
        "enrtree-branch:AAAAAAAAAAAAAAAAAAAA BBBBBBBBBBBBBBBBBBBB",
        "enrtree-branch:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "enrtree://nodes.example.org",
        "enrtree://AP62DT7WOTEQZGQZOU474PP3KMEGVTTE7A7NPRXKX3DUD57@nodes.example.org",
        "enrtree://AP62DT7WONEQZGQZOU474PP3KMEGVTTE7A7NPRXKX3DUD57TQHGIA@nodes.example.org",
        LINK + ".",
        LINK + "@again",
        LINK + "/path",
        "enr:-----",
        "enr:-HW4QLZHjM4vZXkbp-5xJoHsKSbE7W39FPC8283X-y8oHcHPTnDDlIlzL5ArvDUlHZVDPgmFASrh7cWgLOLxj4wprRkHgmlkgnY0iXNlY3AyNTZrMaEC3t2jLMhDpCDX5mbSEwDn4L3iUfyXzoO8G28XvjGRkrAg=",
        NODE + "\n",
        ROOT
      })
  void aMalformedEntryIsRefused(String text) {
    assertThatThrownBy(() -> EntryCodec.decode(text)).isInstanceOf(BadEntryException.class);
  }

  @Test
  void aHashHasTwelveToThirtyTwoBytes() {
    assertThat(new EntryHash("A".repeat(20)).text()).hasSize(20);
    assertThat(new EntryHash("A".repeat(52)).text()).hasSize(52);
    for (int length : new int[] {19, 22, 53}) { // 22 characters end within a byte
      assertThatThrownBy(() -> new EntryHash("A".repeat(length)))
          .isInstanceOf(BadEntryException.class);
    }
  }

  @Test
  void anAbbreviatedHashMatchesItsTextAlone() {
    EntryHash hash = EntryHash.of(NODE);
    assertThat(hash.matches(NODE)).isTrue();
    assertThat(hash.matches(NODE + "x")).isFalse();
    assertThat(new EntryHash("2XS2367YHAXJFGLZHVAWLQD4ZY").matches("something else")).isFalse();
  }

  @Test
  void aTextPastTheLimitIsRefused() {
    String branch = "enrtree-branch:" + "AAAAAAAAAAAAAAAAAAAA,".repeat(48);
    assertThat(branch.substring(0, branch.length() - 1)).hasSize(1_022);
    EntryCodec.decode(branch.substring(0, branch.length() - 1));
    assertThatThrownBy(() -> EntryCodec.decode(branch + "AAAAAAAAAAAAAAAAAAAA"))
        .isInstanceOf(BadEntryException.class)
        .hasMessageContaining("at most 1024");
  }

  @Test
  void aDomainLeavesRoomForAHash() {
    String longest = ("a".repeat(49) + ".").repeat(4).substring(0, 199) + "b";
    assertThat(Lists.link(longest).domain()).hasSize(TreeLink.MAX_DOMAIN_CHARS);
    for (String bad :
        List.of(longest + "b", "", ".", "a..b", "-a", "a-", "a b", "ä.example", "a".repeat(64))) {
      assertThatThrownBy(() -> Lists.link(bad)).as(bad).isInstanceOf(BadEntryException.class);
    }
  }
}
