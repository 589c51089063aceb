package dev.convoy.conformance;

import dev.convoy.Engine;
import java.util.function.Consumer;

/**
 * A named test of an engine that is no {@link Case}.
 *
 * @param name what must hold
 * @param test fails with an AssertionError if it does not
 */
record EngineTest(String name, Consumer<Engine> test) {}
