/** Benchmarks of whom to admit. */
@NullMarked
package io.kadlink.bench.server;

import org.jspecify.annotations.NullMarked;
