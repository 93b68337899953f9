package io.kadlink.discovery.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A file system of H2's, over the real one, that has only so much room left; the room is one for
 * all of its files.
 */
public final class TightDisk extends FilePathWrapper {
  public static final String SCHEME = "tight:";

  private static long room;

  /** For H2. */
  public TightDisk() {}

  @Override
  public String getScheme() {
    return "tight";
  }

  /** H2 knows it from now on, and it has all room. */
  public static void install() {
    FilePath.register(new TightDisk());
    room = Long.MAX_VALUE;
  }

  /** From now on takes so many bytes, whether they make a file longer or not. */
  public static void room(long bytes) {
    room = bytes;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new Channel(getBase().open(mode));
  }

  private static final class Channel extends FileBaseDefault {
    private final FileChannel base;

    Channel(FileChannel base) {
      this.base = base;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      if (room < source.remaining()) {
        ByteBuffer part = source.duplicate().limit(source.position() + (int) room);
        source.position(source.position() + base.write(part, position));
        room = 0;
        throw new IOException("No space left on device");
      }
      room -= source.remaining();
      return base.write(source, position);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return base.read(target, position);
    }

    @Override
    public long size() throws IOException {
      return base.size();
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      base.truncate(size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      base.force(metaData);
    }

    @Override
    public synchronized FileLock tryLock(long position, long size, boolean shared)
        throws IOException {
      return base.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      base.close();
    }
  }
}
