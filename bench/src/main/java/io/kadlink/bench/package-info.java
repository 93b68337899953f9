/**
 * JMH benchmarks, one class for each thing whose speed bounds a node. They measure production
 * classes as they are and hold no production code.
 */
@NullMarked
package io.kadlink.bench;

import org.jspecify.annotations.NullMarked;
