package dev.convoy.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.EngineUnavailableException;
import dev.convoy.Engines;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

class MainTest {
  @Test
  void anUnknownEngineIsAnErrorThatListsTheKnownOnes() {
    var e =
        assertThrows(
            EngineUnavailableException.class, () -> Main.check("Conv2d", "-p", "engine=jvaa"));

    assertTrue(
        e.getMessage().contains("\"jvaa\"") && e.getMessage().contains("java"), e::getMessage);
  }

  @Test
  void anUnknownWorkloadIsAnErrorThatListsTheKnownOnes() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Main.check("-p", "engine=java", "-p", "workload=vgg-p1,vgg-p9"));

    assertTrue(
        e.getMessage().contains("\"vgg-p9\"") && e.getMessage().contains("fashion-c1"),
        e::getMessage);
  }

  @Test
  void namesThatAreKnownReachJmhAsTheyAre() throws CommandLineOptionException {
    String[] args = {"Conv2d", "-p", "engine=java", "-p", "workload=fashion-c1"};

    assertArrayEquals(args, Main.check(args));
  }

  @Test
  void everyEngineThatRunsHereIsMeasuredUnlessOneIsNamed() throws CommandLineOptionException {
    String[] checked = Main.check("Conv2d");

    assertEquals(3, checked.length);
    assertEquals("engine=" + String.join(",", Engines.available()), checked[2]);
  }
}
