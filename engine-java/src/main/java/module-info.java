/** The pure-Java engine. */
module dev.convoy.engine.java {
  requires dev.convoy;
  requires jdk.incubator.vector;

  provides dev.convoy.spi.EngineProvider with
      dev.convoy.engine.java.JavaEngineProvider;
}
