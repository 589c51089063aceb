package dev.convoy.nn;

/**
 * How good a network is on labelled images.
 *
 * @param loss mean cross entropy
 * @param accuracy share of images whose largest logit is their label's, 0 to 1
 */
public record Evaluation(double loss, double accuracy) {}
