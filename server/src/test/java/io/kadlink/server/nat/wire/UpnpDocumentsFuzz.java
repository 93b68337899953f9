package io.kadlink.server.nat.wire;

import java.net.URI;

/** A device's XML either has services at its own address and bounded values, or is refused. */
public final class UpnpDocumentsFuzz {
  private static final URI FROM = URI.create("http://10.0.0.1:5000/desc.xml");

  private UpnpDocumentsFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      DeviceDescription device = DeviceDescription.decode(data, FROM);
      for (DeviceDescription.Service service : device.services()) {
        if (!SsdpCodec.host(service.control()).equals(SsdpCodec.host(FROM))) {
          throw new AssertionError("leads elsewhere: " + service);
        }
      }
      device.mappingService();
    } catch (BadAnswerException e) {
      // what a codec is for
    }
    try {
      SoapAnswer answer = SoapCodec.decode("Act", data);
      if (answer instanceof SoapAnswer.Done done && done.values().size() > SoapCodec.MAX_VALUES) {
        throw new AssertionError("too many values");
      }
    } catch (BadAnswerException e) {
      // what a codec is for
    }
  }
}
