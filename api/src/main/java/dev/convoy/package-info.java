/**
 * Two-dimensional convolution and pooling, forward and backward, behind one API with
 * interchangeable engines. Start at {@link dev.convoy.Engines}.
 */
package dev.convoy;
