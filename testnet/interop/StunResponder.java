import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Answers STUN binding requests (RFC 8489) over IPv4 at one address, until it is ended: ADDRESS PORT. */
public final class StunResponder {
  private static final int COOKIE = 0x2112A442;

  public static void main(String[] args) throws Exception {
    InetSocketAddress at =
        new InetSocketAddress(InetAddress.getByName(args[0]), Integer.parseInt(args[1]));
    try (DatagramSocket socket = new DatagramSocket(at)) {
      System.out.println("listens");
      while (true) {
        DatagramPacket request = new DatagramPacket(new byte[1500], 1500);
        socket.receive(request);
        ByteBuffer in = ByteBuffer.wrap(request.getData(), 0, request.getLength());
        if (request.getLength() < 20 || in.getShort() != 1 || in.getInt(4) != COOKIE) {
          continue;
        }
        byte[] id = new byte[12];
        in.get(8, id);
        ByteBuffer answer = ByteBuffer.allocate(32);
        answer.putShort((short) 0x0101).putShort((short) 12).putInt(COOKIE).put(id);
        answer.putShort((short) 0x0020).putShort((short) 8).put((byte) 0).put((byte) 1);
        answer.putShort((short) (request.getPort() ^ COOKIE >>> 16));
        answer.putInt(ByteBuffer.wrap(request.getAddress().getAddress()).getInt() ^ COOKIE);
        socket.send(new DatagramPacket(answer.array(), 32, request.getSocketAddress()));
        System.out.println("answered " + request.getSocketAddress());
      }
    }
  }
}
