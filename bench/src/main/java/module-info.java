/** JMH benchmarks of every operation on named workloads. */
@SuppressWarnings("requires-automatic")
module dev.convoy.bench {
  requires dev.convoy;
  requires jmh.core;
}
