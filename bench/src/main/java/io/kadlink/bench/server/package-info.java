/** Benchmarks of whom to admit, and of what peers cost. */
@NullMarked
package io.kadlink.bench.server;

import org.jspecify.annotations.NullMarked;
