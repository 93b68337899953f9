package io.kadlink.cli.rpc;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTVerifier;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.JWTVerificationException;
import com.auth0.jwt.interfaces.DecodedJWT;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * What a consensus layer and this node both know: 32 bytes, with which every call to the engine
 * endpoint is signed (Engine API, Authentication).
 */
public final class EngineSecret {
  /** How far from now a token may have been issued. */
  static final Duration TOLERANCE = Duration.ofSeconds(60);

  private static final String SCHEME = "Bearer ";

  private static final Pattern HEX = Pattern.compile("(0x)?[0-9a-fA-F]{64}");

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final JWTVerifier verifier;
  private final InstantSource clock;

  private EngineSecret(Bytes32 secret, InstantSource clock) {
    this.verifier = JWT.require(Algorithm.HMAC256(secret.toArray())).ignoreIssuedAt().build();
    this.clock = clock;
  }

  /**
   * The secret in {@code file}: 64 hex digits. Where there is no file, one is made, readable by its
   * owner alone.
   *
   * @throws IOException when the file can't be read or made, or holds something else
   */
  public static EngineSecret loadOrCreate(Path file, InstantSource clock) throws IOException {
    if (!Files.exists(file)) {
      Bytes32 secret = Bytes32.random(new SecureRandom());
      Files.createFile(file, OWNER_ONLY);
      Files.writeString(file, secret.toHexString(), StandardOpenOption.TRUNCATE_EXISTING);
      return new EngineSecret(secret, clock);
    }
    String text = Files.size(file) > 100 ? "" : Files.readString(file).strip();
    if (!HEX.matcher(text).matches()) {
      throw new IOException(
          file + " does not hold a secret of 64 hex digits; give the file of the consensus layer");
    }
    return new EngineSecret(Bytes32.fromHexString(text), clock);
  }

  /**
   * Why a caller must not be let in; empty when it may.
   *
   * @param authorization the header of that name
   */
  Optional<String> objection(@Nullable String authorization) {
    if (authorization == null || !authorization.startsWith(SCHEME)) {
      return Optional.of("a call needs the header Authorization: Bearer TOKEN");
    }
    DecodedJWT token;
    try {
      token = verifier.verify(authorization.substring(SCHEME.length()).strip());
    } catch (JWTVerificationException e) {
      return Optional.of("the token is not signed with this node's secret: " + e.getMessage());
    }
    Instant issued = token.getIssuedAtAsInstant();
    if (issued == null) {
      return Optional.of("the token does not say when it was issued (iat)");
    }
    Duration off = Duration.between(issued, clock.instant());
    return off.abs().compareTo(TOLERANCE) > 0
        ? Optional.of(
            "the token was issued "
                + off.toSeconds()
                + " s ago, at most "
                + TOLERANCE.toSeconds()
                + " are accepted: do both clocks tell the same time?")
        : Optional.empty();
  }
}
