/** What RLPx costs: handshakes and frames. */
@NullMarked
package io.kadlink.bench.rlpx;

import org.jspecify.annotations.NullMarked;
