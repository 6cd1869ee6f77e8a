// Trials that were tested on people of their own training photographs, in words.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "synface/store/sqlite.h"

namespace synface::report {

// One sentence for each pair of sets that share people or pictures in a trial which an experiment
// asks for now (real.allow_overlap); empty where there is none. `only`: these training hashes;
// empty: all.
std::vector<std::string> overlap_words(store::Database& db, const std::string& experiment,
                                       const std::set<std::string>& only);
// Of one trial, whoever asked for it.
std::vector<std::string> overlap_words(store::Database& db, const std::string& hash);

}  // namespace synface::report
