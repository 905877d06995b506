# `cmake --install` and `cpack -G DEB`: the two programs, the scenarios and the pages a user needs.
install(DIRECTORY scenarios/ DESTINATION ${CMAKE_INSTALL_DATADIR}/throng/scenarios)
install(DIRECTORY dashboards/grafana dashboards/provisioning dashboards/prometheus
                  dashboards/alertmanager
        DESTINATION ${CMAKE_INSTALL_DATADIR}/throng/dashboards)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Where the README's links lead.
install(DIRECTORY docs reports DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES deploy/throng-server.service DESTINATION lib/systemd/system)
install(FILES protocol/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/protocol)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME throng)
set(CPACK_PACKAGE_CONTACT "The Throng project")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
include(CPack)
