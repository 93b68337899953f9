/**
 * What the tests of every module share; it travels in this module's test-jar. Depends on JUnit's
 * neighbours only, never on a test of this module.
 */
@NullMarked
package io.kadlink.identity.testing;

import org.jspecify.annotations.NullMarked;
