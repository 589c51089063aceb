package dev.convoy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.Engines;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;

class MainTest {
  @Test
  void anUnknownEngineIsAnErrorThatListsTheKnownOnes() {
    String message = error("Conv2d", "-p", "engine=jvaa");

    assertTrue(message.contains("\"jvaa\""), message);
    assertTrue(message.contains("java") && message.contains("onednn"), message);
  }

  @Test
  void anUnknownWorkloadIsAnErrorThatListsTheKnownOnes() {
    String message = error("-p", "engine=java", "-p", "workload=vgg-p1,vgg-p9");

    assertTrue(message.contains("\"vgg-p9\"") && message.contains("fashion-c1"), message);
  }

  @Test
  void aWorkloadOfOtherBenchmarksIsAnErrorThatListsTheirOwn() {
    String message = error("MaxPool2d", "-p", "engine=java", "-p", "workload=vgg-c5");

    assertTrue(message.contains("vgg-c5") && message.contains("resnet-p1"), message);
  }

  @Test
  void threadsAndTypesAreLookedAtToo() {
    assertTrue(error("-p", "engine=java", "-p", "threads=0").contains("threads is \"0\""));
    assertTrue(error("-p", "engine=java", "-p", "dtype=F16").contains("must be one of F32, F64"));
  }

  @Test
  void eachBenchmarkIsGivenTheWorkloadsThatAreItsOwn() throws CommandLineOptionException {
    List<Options> plans = plan("-p", "engine=java", "-p", "workload=vgg-p1,vgg-c5@2,fashion-p1");

    List<String> workloads = new ArrayList<>();
    for (Options plan : plans) {
      workloads.addAll(plan.getParameter("workload").get());
    }
    assertEquals(
        List.of(
            "vgg-c5@2",
            "vgg-c5@2",
            "vgg-c5@2",
            "vgg-c5@2", // three convolutions, one product
            "vgg-p1",
            "fashion-p1",
            "vgg-p1",
            "fashion-p1",
            "vgg-p1",
            "fashion-p1"),
        workloads);
  }

  @Test
  void everyEngineThatRunsHereIsMeasuredUnlessOneIsNamed() throws CommandLineOptionException {
    Options plan = plan("AvgPool2dBenchmark.forward").getFirst();

    assertEquals(
        new HashSet<>(Engines.available()), new HashSet<>(plan.getParameter("engine").get()));
  }

  @Test
  void otherOptionsReachJmhAsTheyAre() throws CommandLineOptionException {
    Options plan = plan("AvgPool2dBenchmark.forward", "-p", "engine=java", "-f", "7").getFirst();

    assertEquals(7, plan.getForkCount().get());
  }

  private static List<Options> plan(String... args) throws CommandLineOptionException {
    return Main.plan(new CommandLineOptions(args));
  }

  private static String error(String... args) {
    return assertThrows(IllegalArgumentException.class, () -> plan(args)).getMessage();
  }
}
