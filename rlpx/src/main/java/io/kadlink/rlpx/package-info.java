/**
 * The facade of RLPx: dial, accept, and talk to one authenticated node. Knows nothing of discovery.
 */
@NullMarked
package io.kadlink.rlpx;

import org.jspecify.annotations.NullMarked;
