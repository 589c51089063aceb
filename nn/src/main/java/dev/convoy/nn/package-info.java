/**
 * Layers, losses, optimizers and training on {@link dev.convoy.Engine}. Start at {@link
 * dev.convoy.nn.Layers} to build a network, at {@link dev.convoy.nn.Trainer} to train it.
 */
package dev.convoy.nn;
