/** The facade of discovery: find nodes over UDP and answer those who look for us. */
@NullMarked
package io.kadlink.discovery;

import org.jspecify.annotations.NullMarked;
