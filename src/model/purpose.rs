//! What a surrogate is fitted for.

use super::search::Search;

/// What a surrogate is fitted for: the same kind of model, with other liberties.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Purpose {
    /// Finding better trials, not describing them: trials without a loss count as the worst loss seen, so
    /// that a search keeps away from where trials fail, and losses beyond the median are compressed, so
    /// that the good ones are told apart. Pending trials are left out. Of more trials than the settings
    /// allow the better ones and an even choice of the others take part.
    Search(Search),
    /// Describing what was measured, for pictures and predictions: losses as they are, and no trial that
    /// failed. Only outliers, losses many times as far from the typical one as the best, are compressed: with
    /// them as they are nothing else could be seen.
    Describe,
    /// Judging trials: which is best when luck is discounted, and how sure that is. Losses count as in a
    /// search, but nothing is taken for granted: the prior of the noise is open, and the model is the
    /// average over draws of all hyperparameters. A single most probable set of them is surer of
    /// everything than it can be, and a search has picked the trials that flatter it. Outliers do
    /// not count: losses so far above what the others make the model expect that the noise in those cannot
    /// explain them. An outlier says that something went wrong once, not that its parameters are bad.
    Judge,
}
