/**
 * Reading RLP strictly: one canonical encoding per value, nothing else accepted. Writing is
 * Tuweni's. Knows no Ethereum type.
 */
@NullMarked
package io.kadlink.protocols.eth.rlp;

import org.jspecify.annotations.NullMarked;
