/** JMH benchmarks of every operation on named workloads, rivals included, and their report. */
@SuppressWarnings("requires-automatic")
module dev.convoy.bench {
  requires com.fasterxml.jackson.databind;
  requires commons.math3;
  requires transitive dev.convoy;
  requires dev.convoy.nn;
  requires static jdk.incubator.vector; // only processes that measure the processor's peak have it
  requires info.picocli;
  requires jmh.core;
  requires me.tongfei.progressbar;

  exports dev.convoy.bench.rival;
  exports dev.convoy.bench.work;

  opens dev.convoy.bench.rival to
      com.fasterxml.jackson.databind;
  opens dev.convoy.bench.report to
      com.fasterxml.jackson.databind,
      info.picocli;

  uses dev.convoy.bench.rival.BackendProvider;
  uses dev.convoy.spi.EngineProvider;
}
