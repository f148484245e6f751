<<<<<<< yours
mine = 1
||||||| as it was generated before
generated = 1
=======
generated = 2
>>>>>>> as it is generated now
