package io.kadlink.cli;

import io.kadlink.server.admission.Subject;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Nodes, networks and endpoints on the command line. */
final class SubjectConverter implements ITypeConverter<Subject> {
  @Override
  public Subject convert(String text) {
    try {
      return Subject.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
