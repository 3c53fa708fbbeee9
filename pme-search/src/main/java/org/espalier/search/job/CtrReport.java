package org.espalier.search.job;

import java.util.List;
import java.util.Map;

/**
 * What an experiment gave. Choices were made on the validation file; the test file was read once.
 *
 * @param auc on the test file
 * @param logloss on the test file
 * @param validAuc on the validation file
 * @param parameters every number that the tables store: rows, default rows, projections
 * @param budget what they may be at most
 * @param denseParameters the network's weights, which no budget bounds
 * @param embeddingBytes of the tables' numbers in single precision, with what says where they belong
 * @param epochs of the last training
 * @param epochSeconds of its steps, mean
 * @param searchSeconds until the sizes were known
 * @param searchPhases seconds of the search's parts, in order
 * @param trainSeconds of the last training, samples and validation included
 * @param teacherSeconds of the teachers' training and their labelling of pairs, once a seed; 0 without
 * @param samplesPerS of the last training's steps
 * @param peakRssMb the largest resident memory of this process so far, in MB
 * @param sizeHistogram by field: how many tokens have each size
 * @param decileSizes mean size of the tokens in each tenth of popularity, rarest first
 * @param warnings what the data's reader found odd
 */
public record CtrReport(
    String model,
    int dim,
    String method,
    String projection,
    boolean distil,
    double keep,
    long seed,
    double auc,
    double logloss,
    double validAuc,
    int parameters,
    int budget,
    int denseParameters,
    long embeddingBytes,
    int epochs,
    double epochSeconds,
    double searchSeconds,
    Map<String, Double> searchPhases,
    double trainSeconds,
    double teacherSeconds,
    double samplesPerS,
    double peakRssMb,
    Map<String, Map<Integer, Integer>> sizeHistogram,
    List<Double> decileSizes,
    List<String> warnings) {}
