package io.kadlink.server.membership;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/**
 * An authority's private key in a PEM file: PKCS #8, with a password encrypted by AES-256 under
 * PBKDF2; what OpenSSL writes is read, too.
 */
final class AuthorityKeyFile {
  /** About a tenth of a second for whoever has the password. */
  private static final int KEY_DERIVATION_ROUNDS = 210_000;

  private static final int MAX_BYTES = 64 * 1024;

  private AuthorityKeyFile() {}

  static void write(Path file, PrivateKey key, Optional<char[]> password)
      throws MembershipException {
    try {
      @Nullable OutputEncryptor encryptor =
          password.isEmpty()
              ? null
              : new JceOpenSSLPKCS8EncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                  .setProvider(Crypto.PROVIDER)
                  .setPRF(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256))
                  .setIterationCount(KEY_DERIVATION_ROUNDS)
                  .setPassword(password.get())
                  .build();
      StringWriter text = new StringWriter();
      try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
        writer.writeObject(new JcaPKCS8Generator(key, encryptor));
      }
      Draft.writeSecret(file, text.toString());
    } catch (IOException | OperatorCreationException e) {
      throw new MembershipException("can't write the CA key " + file + ": " + e.getMessage(), e);
    }
  }

  static PrivateKey read(Path file, Optional<char[]> password) throws MembershipException {
    String text = new String(Pem.read(file, MAX_BYTES), StandardCharsets.UTF_8);
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      @Nullable Object block = parser.readObject();
      if (block instanceof ASN1ObjectIdentifier) {
        block = parser.readObject();
      }
      if (block == null) {
        throw new MembershipException(file + " holds no PEM");
      }
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter().setProvider(Crypto.PROVIDER);
      return switch (block) {
        case PrivateKeyInfo plain -> converter.getPrivateKey(plain);
        case PEMKeyPair pair -> converter.getPrivateKey(pair.getPrivateKeyInfo());
        case PKCS8EncryptedPrivateKeyInfo encrypted ->
            converter.getPrivateKey(decrypted(file, encrypted, password));
        default -> throw new MembershipException(file + " holds no private key");
      };
    } catch (IOException | OperatorCreationException e) {
      throw new MembershipException(file + " holds no private key: " + e.getMessage(), e);
    }
  }

  private static PrivateKeyInfo decrypted(
      Path file, PKCS8EncryptedPrivateKeyInfo encrypted, Optional<char[]> password)
      throws MembershipException, OperatorCreationException {
    if (password.isEmpty()) {
      throw new MembershipException("the CA key " + file + " is encrypted: give its password");
    }
    try {
      return encrypted.decryptPrivateKeyInfo(
          new JceOpenSSLPKCS8DecryptorProviderBuilder()
              .setProvider(Crypto.PROVIDER)
              .build(password.get()));
    } catch (PKCSException e) {
      throw new MembershipException("the password is not that of the CA key " + file, e);
    }
  }
}
