/** Fuzz targets of the pubsub decoder. */
@NullMarked
package io.kadlink.protocols.pubsub.fuzz;

import org.jspecify.annotations.NullMarked;
