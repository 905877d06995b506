#include "loadgen/scenario/api.hpp"

#include "loadgen/scenario/declaration.hpp"
#include "loadgen/scenario/me.hpp"
#include "loadgen/scenario/values.hpp"

namespace throng::scenario {

void open_api(lua_State* state) {
  open_values(state);
  open_declaration(state);
  open_me(state);
}

std::vector<std::string> api_names() {
  std::vector<std::string> names;
  for (const char* name : declaration_names()) names.emplace_back(name);
  for (const auto& function : value_functions()) names.emplace_back(function.name);
  for (const auto& functions :
       {waiting_functions(), acting_functions(), asking_functions(), member_functions()}) {
    for (const auto& function : functions) names.push_back(std::string{"me:"} + function.name);
  }
  for (const char* name : me_fields()) names.push_back(std::string{"me."} + name);
  for (const char* name : message_fields()) names.push_back(std::string{"message."} + name);
  return names;
}

}  // namespace throng::scenario
