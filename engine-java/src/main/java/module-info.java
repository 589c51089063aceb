/** The pure-Java engine. */
module dev.convoy.engine.java {
  requires dev.convoy;
  requires static jdk.incubator.vector; // without it, plain loops
  requires static jdk.management; // to say in the report whether the JVM uses FMA

  provides dev.convoy.spi.EngineProvider with
      dev.convoy.engine.java.JavaEngineProvider;
}
