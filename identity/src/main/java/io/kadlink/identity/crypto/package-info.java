/**
 * The few cryptographic primitives devp2p needs: secp256k1 and Keccak-256. Works on plain byte
 * arrays, knows no identity type, and imports nothing of Kadlink.
 */
@NullMarked
package io.kadlink.identity.crypto;

import org.jspecify.annotations.NullMarked;
