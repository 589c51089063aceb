/** Tensors, operation specs and the {@link dev.convoy.Engine} that runs them on a found engine. */
module dev.convoy {
  exports dev.convoy;
  exports dev.convoy.spi;

  uses dev.convoy.spi.EngineProvider;
}
