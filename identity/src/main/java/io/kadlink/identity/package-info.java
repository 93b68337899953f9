/** Keys, node ids, ENRs and enode URLs. Nothing here opens a socket or knows a protocol. */
@NullMarked
package io.kadlink.identity;

import org.jspecify.annotations.NullMarked;
