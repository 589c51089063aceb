/** Layers, losses, optimizers and training, on the API alone. */
module dev.convoy.nn {
  requires transitive dev.convoy;

  exports dev.convoy.nn;
}
