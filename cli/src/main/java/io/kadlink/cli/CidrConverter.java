package io.kadlink.cli;

import io.kadlink.server.admission.Cidr;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Networks in CIDR notation on the command line. */
final class CidrConverter implements ITypeConverter<Cidr> {
  @Override
  public Cidr convert(String text) {
    try {
      return Cidr.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
