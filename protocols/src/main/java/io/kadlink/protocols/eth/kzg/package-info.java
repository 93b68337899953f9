/** KZG commitments by c-kzg-4844, a native library, behind the {@code Kzg} interface. */
@NullMarked
package io.kadlink.protocols.eth.kzg;

import org.jspecify.annotations.NullMarked;
