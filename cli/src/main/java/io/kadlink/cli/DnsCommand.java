package io.kadlink.cli;

import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.dns.BadEntryException;
import io.kadlink.discovery.dns.NodeTree;
import io.kadlink.discovery.dns.SignedTree;
import io.kadlink.discovery.dns.TreeDownload;
import io.kadlink.discovery.dns.TreeFolder;
import io.kadlink.discovery.dns.TreeLink;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code kadlink dns}: node lists in DNS (EIP-1459). A list is a folder of {@code nodes.json} and
 * {@code enrtree-info.json}, as go-ethereum's tools keep it.
 */
@Command(
    name = "dns",
    description = "Make, sign, check and download node lists in DNS (EIP-1459).",
    mixinStandardHelpOptions = true)
final class DnsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  DnsCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "dns create, sign, verify, to-zone, or dns sync?");
  }

  @Command(
      name = "create",
      description = "Makes the folder of a list, not signed yet, from a node set.",
      mixinStandardHelpOptions = true)
  void create(
      @Parameters(paramLabel = "DIR", description = "The list's folder.") Path folder,
      @Option(
              names = "--nodes",
              paramLabel = "FILE",
              required = true,
              description = "A nodes.json file, as crawl and nodeset filter leave it.")
          Path nodes,
      @Option(
              names = "--link",
              paramLabel = "URL",
              split = ",",
              description = "enrtree:// URLs of lists to refer to. Repeatable.")
          @Nullable List<String> links,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    List<NodeRecord> records =
        NodesFile.read(nodes, TreeFolder.MAX_NODES).nodes().stream()
            .map(CrawledNode::record)
            .flatMap(Optional::stream)
            .toList();
    List<TreeLink> others =
        links == null ? List.of() : links.stream().map(DnsCommand::link).toList();
    TreeFolder before = Files.exists(folder) ? readInfo(folder) : empty();
    TreeFolder after =
        new TreeFolder(before.link(), before.seq(), Optional.empty(), others, records);
    NodeTree tree = tree(after);
    write(after, folder);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("nodes", tree.nodes().size());
    fields.put("links", tree.links().size());
    fields.put("entries", tree.entries().size());
    Output.print(spec, fields, json, Optional.empty());
  }

  @Command(
      name = "sign",
      description = "Signs a list for a domain, with a higher sequence number than before.",
      mixinStandardHelpOptions = true)
  void sign(
      @Parameters(paramLabel = "DIR", description = "The list's folder.") Path folder,
      @Option(
              names = "--key-file",
              paramLabel = "FILE",
              required = true,
              description = "The key to sign with, 64 hex digits.")
          Path keyFile,
      @Option(
              names = "--domain",
              paramLabel = "NAME",
              description = "Where it is published (default: where it was).")
          @Nullable String domain,
      @Option(
              names = "--seq",
              paramLabel = "N",
              description = "Sequence number (default: one more than it was).")
          @Nullable Long seq,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    NodeKey key = KeyFileOption.load(keyFile);
    TreeFolder list = read(folder);
    String name =
        Optional.ofNullable(domain)
            .or(() -> list.link().map(TreeLink::domain))
            .orElseThrow(
                () -> new ParameterException(spec.commandLine(), "The list needs a --domain"));
    long number = seq == null ? list.seq() + 1 : seq;
    if (Long.compareUnsigned(number, list.seq()) <= 0) {
      throw new CommandFailure(
          "--seq "
              + Long.toUnsignedString(number)
              + ": clients only take a list with a higher number than "
              + Long.toUnsignedString(list.seq()));
    }
    SignedTree signed;
    try {
      signed = list.tree().sign(key, name, number);
    } catch (BadEntryException e) {
      throw new CommandFailure("The list can't be signed: " + e.getMessage(), e);
    }
    writeInfo(TreeFolder.of(signed), folder);
    print(signed, json);
  }

  @Command(
      name = "verify",
      description = "Checks the signature over a list in a folder, or in DNS.",
      mixinStandardHelpOptions = true)
  void verify(
      @Parameters(paramLabel = "DIR|URL", description = "A folder, or enrtree://KEY@domain.")
          String where,
      @Mixin DnsQuestions questions,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    if (where.startsWith("enrtree:")) {
      TreeDownload.Result list = questions.download(link(where));
      print(list, json);
      failWhenIncomplete(list);
    } else {
      print(signed(Path.of(where)), json);
    }
  }

  @Command(
      name = "to-zone",
      description = "Prints a signed list as zone file text, or its TXT records as JSON.",
      mixinStandardHelpOptions = true)
  void toZone(
      @Parameters(paramLabel = "DIR", description = "The list's folder.") Path folder,
      @Option(names = "--json", description = "Print JSON: the TXT record of each name.")
          boolean json) {
    SignedTree signed = signed(folder);
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? Json.print(signed.txtRecords()) + System.lineSeparator() : signed.zoneText());
    out.flush();
  }

  @Command(
      name = "sync",
      description = "Downloads a list into a folder, and checks every entry.",
      mixinStandardHelpOptions = true)
  void sync(
      @Parameters(paramLabel = "URL", description = "enrtree://KEY@domain") String url,
      @Parameters(paramLabel = "DIR", description = "Where to keep it.") Path folder,
      @Mixin DnsQuestions questions,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    TreeDownload.Result list = questions.download(link(url));
    write(list.folder(), folder);
    print(list, json);
    failWhenIncomplete(list);
  }

  private static void failWhenIncomplete(TreeDownload.Result list) {
    if (!list.missing().isEmpty()) {
      throw new CommandFailure(
          list.missing().size() + " entries are missing or bad, first: " + list.missing().get(0));
    }
  }

  private void print(SignedTree signed, boolean json) {
    print(
        fields(
            signed.link(),
            signed.root().seq(),
            signed.tree().nodes().size(),
            signed.tree().links()),
        json);
  }

  private void print(TreeDownload.Result list, boolean json) {
    Map<String, Object> fields =
        fields(list.link(), list.root().seq(), list.nodes().size(), list.links());
    fields.put("missing", json ? list.missing() : list.missing().size());
    print(fields, json);
  }

  private static Map<String, Object> fields(
      TreeLink link, long seq, int nodes, List<TreeLink> links) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("url", link.toString());
    fields.put("seq", Long.toUnsignedString(seq));
    fields.put("nodes", nodes);
    fields.put("links", links.stream().map(TreeLink::toString).toList());
    return fields;
  }

  private void print(Map<String, Object> fields, boolean json) {
    Output.print(spec, fields, json, Optional.empty());
  }

  private static TreeLink link(String url) {
    try {
      return TreeLink.parse(url);
    } catch (BadEntryException e) {
      throw new CommandFailure("Not the URL of a node list: " + e.getMessage() + ": " + url, e);
    }
  }

  private static TreeFolder empty() {
    return new TreeFolder(Optional.empty(), 0, Optional.empty(), List.of(), List.of());
  }

  /** What is known of the list that was in the folder before. */
  private static TreeFolder readInfo(Path folder) {
    return Files.exists(folder.resolve(TreeFolder.NODES_FILE)) ? read(folder) : empty();
  }

  private static TreeFolder read(Path folder) {
    try {
      return TreeFolder.read(folder);
    } catch (NoSuchFileException e) {
      throw new CommandFailure("There is no list in " + folder + ": no " + e.getFile(), e);
    } catch (IOException e) {
      throw new CommandFailure("The list can't be read: " + e.getMessage(), e);
    }
  }

  private static SignedTree signed(Path folder) {
    try {
      return read(folder).signedTree();
    } catch (BadEntryException e) {
      throw new CommandFailure(folder + ": " + e.getMessage(), e);
    }
  }

  private static NodeTree tree(TreeFolder list) {
    try {
      return list.tree();
    } catch (BadEntryException e) {
      throw new CommandFailure("The list can't be made: " + e.getMessage(), e);
    }
  }

  private static void write(TreeFolder list, Path folder) {
    try {
      list.write(folder, Instant.now());
    } catch (IOException e) {
      throw new CommandFailure("The list can't be written: " + e, e);
    }
  }

  private static void writeInfo(TreeFolder list, Path folder) {
    try {
      list.writeInfo(folder, Instant.now());
    } catch (IOException e) {
      throw new CommandFailure("The list can't be written: " + e, e);
    }
  }
}
