/**
 * Virtual time and a virtual network for thousands of nodes in one process. The nodes run the
 * production discovery classes, with real keys and signatures; only time, randomness and the
 * network come from here. Whatever happens follows from a seed. Knows no scenario.
 */
@NullMarked
package io.kadlink.testnet.sim;

import org.jspecify.annotations.NullMarked;
