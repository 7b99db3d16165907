@echo off
setlocal
where py >nul 2>nul && (py -3 "%~dp0yj" %*) || (python "%~dp0yj" %*)
exit /b %errorlevel%
