/** Measurements that need what the chain's package shows to nobody else. */
@NullMarked
package io.kadlink.protocols.eth.dev;

import org.jspecify.annotations.NullMarked;
