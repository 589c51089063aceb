/** Programs that show how layers are used. */
package dev.convoy.nn.examples;
