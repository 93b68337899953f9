package io.kadlink.discovery.dns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;

/** Answers TXT queries on loopback from a map of names. */
final class TinyDnsServer implements AutoCloseable {
  static final Duration TTL = Duration.ofSeconds(1234);

  private final Map<String, String> texts = new ConcurrentHashMap<>();
  private final DatagramSocket socket;
  private final Thread thread = new Thread(this::serve, "tiny-dns");

  TinyDnsServer() throws SocketException {
    socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    thread.setDaemon(true);
    thread.start();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  void publish(SignedTree tree) {
    texts.putAll(tree.txtRecords());
  }

  private void serve() {
    byte[] buffer = new byte[4_096];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        byte[] answer =
            answer(new Message(Arrays.copyOf(packet.getData(), packet.getLength()))).toWire(1_280);
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (IOException e) {
        // closed, or a packet that is none
      }
    }
  }

  private Message answer(Message query) {
    Record question = query.getQuestion();
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.AA);
    answer.addRecord(question, Section.QUESTION);
    String text = texts.get(question.getName().toString(true));
    if (text == null) {
      answer.getHeader().setRcode(Rcode.NXDOMAIN);
    } else {
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < text.length(); i += 255) {
        parts.add(text.substring(i, Math.min(text.length(), i + 255)));
      }
      answer.addRecord(
          new TXTRecord(question.getName(), DClass.IN, TTL.toSeconds(), parts), Section.ANSWER);
    }
    return answer;
  }

  @Override
  public void close() throws InterruptedException {
    socket.close();
    thread.join();
  }
}
