/** The native engine: bindings and loading of the C library. */
module dev.convoy.engine.ffm {
  requires dev.convoy;

  provides dev.convoy.spi.EngineProvider with
      dev.convoy.engine.ffm.NativeEngineProvider;
}
