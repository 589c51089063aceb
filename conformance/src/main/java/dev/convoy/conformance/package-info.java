/**
 * The suite that every engine must pass, in main sources so that an engine's own tests extend it:
 * see {@link dev.convoy.conformance.EngineConformance}. What it measures by is the reference, plain
 * loops in double, and vectors that PyTorch and NumPy computed.
 */
package dev.convoy.conformance;
