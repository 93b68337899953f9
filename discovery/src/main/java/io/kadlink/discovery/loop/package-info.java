/**
 * The event loop that owns all discovery state, as an interface: time, timers and the question "am
 * I on it". Netty's loop stands behind it in production, virtual time in a simulation. Nothing of
 * discovery itself lives here.
 */
@NullMarked
package io.kadlink.discovery.loop;

import org.jspecify.annotations.NullMarked;
