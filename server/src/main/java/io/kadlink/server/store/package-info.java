/** Small files that a server's state outlives its process in. Knows nothing of what they say. */
@NullMarked
package io.kadlink.server.store;

import org.jspecify.annotations.NullMarked;
