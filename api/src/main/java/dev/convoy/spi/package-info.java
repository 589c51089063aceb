/**
 * What an engine implements: an {@link dev.convoy.spi.EngineProvider}, found with {@link
 * java.util.ServiceLoader}, that creates {@link dev.convoy.spi.Kernels}.
 */
package dev.convoy.spi;
