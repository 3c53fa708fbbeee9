package org.espalier.search.job;

import java.util.OptionalInt;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfObjective;

/**
 * The full-size model of the whole log, whose scores the candidate's rows learn.
 *
 * @param generation the active generation whose tables it is; empty when the search trained it
 * @param model rows of the snapshot's users and items
 * @param foldIn how its users are folded in
 * @param epochs of its training
 * @param seconds that its training took, or reading it
 */
public record TeacherModel(
    OptionalInt generation, MfModel model, MfObjective.Als foldIn, int epochs, double seconds) {}
