/**
 * The event loop that owns all discovery state, as an interface: time, timers and the question "am
 * I on it". Netty's loop stands behind it in production, virtual time in a simulation. A rate that
 * is kept by that time is here, too; nothing of discovery itself.
 */
@NullMarked
package io.kadlink.discovery.loop;

import org.jspecify.annotations.NullMarked;
