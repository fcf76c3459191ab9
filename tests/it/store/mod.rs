//! The store: what every back end promises, and what the SQLite file endures.

mod child;
mod concurrency;
mod conformance;
mod crash;
mod files;
mod migration;
mod model;
#[cfg(target_os = "linux")]
mod read_only;
mod support;

/// Tests of the conformance suite against the stores that `$make` gives, each with what keeps it alive.
macro_rules! tests {
    ($make:path: $($test:ident),* $(,)?) => {$(
        #[test]
        fn $test() {
            let (mut store, _alive) = $make();
            conformance::$test(&mut store);
        }
    )*};
}

/// Runs everything that a back end must pass, in a module of its name.
macro_rules! conforms {
    ($back_end:ident: $make:path) => {
        mod $back_end {
            use proptest::prelude::*;

            use super::{conformance, model, support};

            tests!($make:
                a_study_is_found_as_declared,
                a_name_is_taken_once,
                studies_come_by_name_with_their_counts,
                ties_go_to_the_lower_number_in_both_directions,
                a_budget_bounds_new_trials_and_can_be_extended,
                a_bound_below_the_budget_holds_new_trials_back,
                enqueued_points_are_the_first_trials,
                a_deleted_study_leaves_nothing,
                numbers_count_up_and_what_is_seen_is_fixed_when_asked,
                parameters_come_back_to_the_bit,
                parameters_are_stored_once,
                a_trial_keeps_all_it_was_told,
                reports_replace_one_another_by_step,
                a_report_keeps_every_metric,
                running_trials_come_with_their_last_report,
        annotations_change_and_nothing_else,
                every_end_is_kept,
                a_finished_trial_never_changes,
                a_superseded_worker_is_refused,
                a_released_trial_keeps_number_parameters_and_what_it_saw,
                a_trial_that_loses_too_many_workers_fails,
                only_workers_that_hold_a_trial_are_told,
                a_worker_comes_back_with_its_boot_and_pid_namespace,
                history_is_what_was_finished_then_what_was_pending,
                history_does_not_change_when_pending_trials_finish,
                users_trials_are_queued_or_finished,
                values_that_are_not_finite_are_refused,
                what_is_not_there_is_an_error,
            );

            proptest! {
                #![proptest_config(model::config())]

                #[test]
                fn a_store_does_what_a_list_of_trials_does(operations in model::operations()) {
                    let (mut store, _alive) = $make();
                    model::agrees(&mut store, &operations)?;
                }
            }
        }
    };
}

conforms!(sqlite: support::sqlite);
