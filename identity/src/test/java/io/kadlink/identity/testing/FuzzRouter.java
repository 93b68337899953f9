package io.kadlink.identity.testing;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * One fuzz target in front of several: the first byte of an input chooses the target, the rest is
 * its input. Which targets, a system property says.
 */
public final class FuzzRouter {
  /** Class names, separated by commas. */
  static final String TARGETS_PROPERTY = "kadlink.fuzz.targets";

  private static final MethodHandle[] TARGETS =
      Arrays.stream(System.getProperty(TARGETS_PROPERTY, "").split(","))
          .map(FuzzRouter::entryPoint)
          .toArray(MethodHandle[]::new);

  private FuzzRouter() {}

  public static void fuzzerTestOneInput(byte[] data) throws Throwable {
    if (data.length > 0) {
      byte[] input = Arrays.copyOfRange(data, 1, data.length);
      TARGETS[(data[0] & 0xff) % TARGETS.length].invokeExact(input);
    }
  }

  private static MethodHandle entryPoint(String className) {
    try {
      Method method = Class.forName(className).getMethod("fuzzerTestOneInput", byte[].class);
      method.setAccessible(true); // the class may be package-private
      return MethodHandles.lookup().unreflect(method);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(className + " is no fuzz target", e);
    }
  }
}
